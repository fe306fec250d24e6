"""Charts: Plotly figures as plain data, SVG, HTML and PNG. Imports neither Streamlit nor Plotly.

Colours in figures are tokens such as "@training" or "@training/0.25"; `paint` replaces them by the colours of a theme.
"""

from mnist_lab.charts.accuracy_cost import RunDot, parameters_accuracy_figure
from mnist_lab.charts.bars import CostBar, cost_bars, cost_info
from mnist_lab.charts.confusion_html import Part, confusion_html, error_levels, worst_digits
from mnist_lab.charts.delta import Delta, figure_delta
from mnist_lab.charts.digit_cards import DigitCard, digit_cards_html
from mnist_lab.charts.drawings.field_drawings import DRAWING_STYLE, field_drawing
from mnist_lab.charts.figure import Figure, empty_figure, label
from mnist_lab.charts.hyperparameter import ValueDot, hyperparameter_figure, hyperparameter_info
from mnist_lab.charts.image_cards import ImageCard, image_cards_html
from mnist_lab.charts.learning_curves.accuracy_curve import accuracy_figure
from mnist_lab.charts.learning_curves.curves import Metric, Series, smoothed, thin, value_range
from mnist_lab.charts.learning_curves.learning import Curve, run_figure
from mnist_lab.charts.learning_curves.metric_history import MetricHistory, sparkline_values
from mnist_lab.charts.learning_curves.schedules import schedule_figure
from mnist_lab.charts.network_diagram.diagram import network_diagram_svg, network_diagram_views
from mnist_lab.charts.network_diagram.thumbnail import thumbnail_svg
from mnist_lab.charts.palette import PALETTES, RUN_COLOURS, SEQUENCE, paint, run_colour, run_style
from mnist_lab.charts.per_class import class_counts_figure
from mnist_lab.charts.pixels import data_uri, digit_png, digit_sheet_png, signed_sheet_png
from mnist_lab.charts.run_html import RUN_CSS, Figures, entry_html, figures_html, headline_html, progress_html
from mnist_lab.charts.run_swatch import swatch_svg
from mnist_lab.charts.snapshots.digit_grid import DIGITS_CSS, digits_html
from mnist_lab.charts.snapshots.feature_maps import maps_html
from mnist_lab.charts.snapshots.filters import filters_html
from mnist_lab.charts.snapshots.guesses import guesses_html
from mnist_lab.charts.snapshots.layer_health import health_html
from mnist_lab.charts.style_tiles import StylePicture, styles_html

__all__ = [
    "DIGITS_CSS",
    "DRAWING_STYLE",
    "PALETTES",
    "RUN_COLOURS",
    "RUN_CSS",
    "SEQUENCE",
    "CostBar",
    "Curve",
    "Delta",
    "DigitCard",
    "Figure",
    "Figures",
    "ImageCard",
    "Metric",
    "MetricHistory",
    "Part",
    "RunDot",
    "Series",
    "StylePicture",
    "ValueDot",
    "accuracy_figure",
    "class_counts_figure",
    "confusion_html",
    "cost_bars",
    "cost_info",
    "data_uri",
    "digit_cards_html",
    "digit_png",
    "digit_sheet_png",
    "digits_html",
    "empty_figure",
    "entry_html",
    "error_levels",
    "field_drawing",
    "figure_delta",
    "figures_html",
    "filters_html",
    "guesses_html",
    "headline_html",
    "health_html",
    "hyperparameter_figure",
    "hyperparameter_info",
    "image_cards_html",
    "label",
    "maps_html",
    "network_diagram_svg",
    "network_diagram_views",
    "paint",
    "parameters_accuracy_figure",
    "progress_html",
    "run_colour",
    "run_figure",
    "run_style",
    "schedule_figure",
    "signed_sheet_png",
    "smoothed",
    "sparkline_values",
    "styles_html",
    "swatch_svg",
    "thin",
    "thumbnail_svg",
    "value_range",
    "worst_digits",
]
