// Shows at the right edge of a scrolled element that there is more: its frame has the class `more` as long as there is.
// The frame's `--bar` is the width of the scroll bar, which stays free.
function labShowEdge(scroll, frame) {
  const show = () => {
    const hidden = scroll.scrollWidth - scroll.clientWidth - scroll.scrollLeft;
    frame.classList.toggle("more", hidden > 1);
    frame.style.setProperty("--bar", `${scroll.offsetWidth - scroll.clientWidth - 2 * scroll.clientLeft}px`);
  };
  scroll.onscroll = show;
  scroll.labSizes ??= new ResizeObserver(show);
  // The content, too: it grows with each column that is shown.
  for (const element of [scroll, scroll.firstElementChild]) scroll.labSizes.observe(element);
}
