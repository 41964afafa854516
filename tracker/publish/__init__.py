"""What leaves a history: exports, evidence that can be checked without us, and the words that go with them."""
