"""The history: tables, the one writer, the one reader."""
