"""The pages and their addresses."""

import streamlit as st

from dashboard import theme
from dashboard.pages import overview, projection, site


def run() -> None:
    """Set up the page and run the one that the address asks for."""
    st.set_page_config(page_title="Drywell", page_icon=theme.ICON, layout="wide")
    st.html(theme.STYLE)
    pages = [
        st.Page(overview.show, title="Overview", url_path="overview", default=True),
        st.Page(site.show, title="Site", url_path="site"),
        st.Page(projection.show, title="Projection", url_path="projection"),
    ]
    st.navigation(pages, position="top").run()
