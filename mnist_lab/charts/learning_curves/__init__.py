"""Learning curves: the metrics of runs over their epochs, as Plotly figures."""
