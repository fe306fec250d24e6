// What scrolls sideways fades out at the edges beyond which it goes on; its style is `fading.css`.
const LAB_FADE_FROM = 4; // pixels

// Returns a function to be called when the size of the scroller or of what is in it has changed.
function labFadeEdges(scroller) {
  scroller.classList.add("lab-fading");
  const fade = () => {
    const { scrollLeft, scrollWidth, clientWidth } = scroller;
    scroller.classList.toggle("lab-before", scrollLeft > LAB_FADE_FROM);
    scroller.classList.toggle("lab-after", scrollWidth - clientWidth - scrollLeft > LAB_FADE_FROM);
  };
  scroller.onscroll = fade;
  fade();
  return fade;
}
