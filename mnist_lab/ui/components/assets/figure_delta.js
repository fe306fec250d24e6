// Applies the changes made by `mnist_lab.charts.delta` to a figure; returns a new figure. What has not changed
// is the same object as before, and what has changed is another one: Plotly notices changes by that.
function labApplyDelta(figure, delta) {
  const data = [...figure.data];
  for (const [index, start, xs, ys] of delta.traces) {
    const { x, y } = data[index];
    data[index] = { ...data[index], x: [...x.slice(0, start), ...xs], y: [...y.slice(0, start), ...ys] };
  }
  return { data, layout: { ...figure.layout, ...delta.layout } };
}
