"""One module per page; each holds `show`, which Streamlit runs from top to bottom at every interaction."""
