"""Charts as pictures: the course of a station's page, drawn for mails, posts and wikis."""
