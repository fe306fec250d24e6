"""The front door of MNIST Lab: `streamlit run app.py`.

The router is a script of its own (`mnist_lab/ui/main.py`): beside a folder named `pages/`, Streamlit would otherwise
run a page of a cold deep link without it.
"""

import streamlit as st

from mnist_lab.ui.server import lifespan, middleware, routes, show_error

app = st.App(
    "mnist_lab/ui/main.py", lifespan=lifespan, routes=routes(), middleware=middleware(), on_script_error=show_error
)
