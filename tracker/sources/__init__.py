"""Past captures and panels from elsewhere, through the same door as a crawl."""
