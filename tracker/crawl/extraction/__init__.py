"""How a terms page is read into text: bytes, tree, blocks, those of them that are the terms, and what they state."""
