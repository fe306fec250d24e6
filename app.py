"""The entry point of MNIST Lab: `streamlit run app.py`.

The router is a separate script, `mnist_lab/ui/shell/router.py`. This file has a folder `pages/` beside it; if it were
the router, Streamlit would run the first page that a browser opens by its URL without the router.
"""

import streamlit as st

from mnist_lab.ui.shell.asgi import lifespan, middleware, routes
from mnist_lab.ui.shell.script_error import on_script_error

app = st.App(
    "mnist_lab/ui/shell/router.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=middleware(),
    on_script_error=on_script_error,
)
