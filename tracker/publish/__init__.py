"""What leaves a history: exports, pages about it, and the words that go with them."""
