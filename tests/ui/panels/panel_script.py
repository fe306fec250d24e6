"""A page with nothing but the run doctor's panel, for `test_doctor_panel.py`."""

import streamlit as st

from mnist_lab.charts import MetricHistory
from mnist_lab.insight.doctor import diagnose
from mnist_lab.ui.panels.doctor_panel import doctor_panel

run, points, health = st.session_state["panel"]
doctor_panel(run, MetricHistory(points), diagnose(run, points, health))
