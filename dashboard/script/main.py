"""What Streamlit runs. In a folder of its own: beside a folder `pages`, Streamlit takes that for its older kind of
navigation, in which the first visitor of a deep link gets an empty page.
"""

from dashboard.app import run

run()
