// Shows at the right edge and at the bottom of a scrolled element that there is more: its frame has the class `more` or
// `below` as long as there is. The frame's `--bar` and `--bar-below` are the sizes of the scroll bars, which stay free.
function labShowEdge(scroll, frame) {
  const show = () => {
    const hidden = scroll.scrollWidth - scroll.clientWidth - scroll.scrollLeft;
    frame.classList.toggle("more", hidden > 1);
    frame.classList.toggle("below", scroll.scrollHeight - scroll.clientHeight - scroll.scrollTop > 1);
    frame.style.setProperty("--bar", `${scroll.offsetWidth - scroll.clientWidth - 2 * scroll.clientLeft}px`);
    frame.style.setProperty("--bar-below", `${scroll.offsetHeight - scroll.clientHeight - 2 * scroll.clientTop}px`);
  };
  scroll.onscroll = show;
  scroll.labSizes ??= new ResizeObserver(show);
  // The content, too: it grows with each row and column that is shown.
  for (const element of [scroll, scroll.firstElementChild]) scroll.labSizes.observe(element);
}
