"""The script that Streamlit runs: the pages and their addresses."""

import streamlit as st

from dashboard import theme
from dashboard.pages import overview, projection, site

st.set_page_config(page_title="Drywell", page_icon=theme.ICON, layout="wide")
st.html(theme.STYLE)
st.navigation(
    [
        st.Page(overview.show, title="Overview", default=True),
        st.Page(site.show, title="Site", url_path="site"),
        st.Page(projection.show, title="Projection", url_path="projection"),
    ],
    position="top",
).run()
