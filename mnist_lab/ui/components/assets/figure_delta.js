// Applies a delta from `mnist_lab.charts.figure_delta` to a figure; returns a new figure. Unchanged parts are the same
// objects as before, and changed parts are new objects: this is how Plotly detects changes.
function labApplyDelta(figure, delta) {
  const data = [...figure.data];
  for (const [index, start, xs, ys] of delta.traces) {
    const { x, y } = data[index];
    data[index] = { ...data[index], x: [...x.slice(0, start), ...xs], y: [...y.slice(0, start), ...ys] };
  }
  return { data, layout: { ...figure.layout, ...delta.layout } };
}
