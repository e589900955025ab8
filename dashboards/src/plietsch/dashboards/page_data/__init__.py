"""Every address is data: what a page shows, as values, at the page's own address with a format's suffix."""
