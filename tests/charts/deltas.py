"""What a browser does with a delta, as `figure_delta.js` does it."""

from mnist_lab.charts import Delta, Figure


def applied(figure: Figure, delta: Delta) -> Figure:
    """The figure after the changes; `figure` itself stays as it is."""
    data = [dict(trace) for trace in figure["data"]]
    for index, start, xs, ys in delta["traces"]:
        trace = data[index]
        trace["x"], trace["y"] = [*trace["x"][:start], *xs], [*trace["y"][:start], *ys]
    return {"data": data, "layout": {**figure["layout"], **delta["layout"]}}
