"""What the resources that list something have in common: filters, pages by cursor, rows for every format."""
