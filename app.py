"""The front door of MNIST Lab: `streamlit run app.py`.

The router is a script of its own, `mnist_lab/ui/shell/router.py`: beside a folder named `pages/`, Streamlit would
otherwise run a page of a cold deep link without it.
"""

import streamlit as st

from mnist_lab.ui.shell.asgi import lifespan, middleware, routes, show_error

app = st.App(
    "mnist_lab/ui/shell/router.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=middleware(),
    on_script_error=show_error,
)
