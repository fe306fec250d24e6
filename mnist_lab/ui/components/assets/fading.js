// What scrolls sideways fades out at the edges beyond which it goes on, and has an arrow there; its style is `fading.css`.
const LAB_FADE_FROM = 4; // pixels
const LAB_PAGE_SHARE = 0.7; // of what is visible, by which an arrow scrolls

// Returns a function to be called when the size of the scroller or of what is in it has changed.
function labFadeEdges(scroller) {
  scroller.classList.add("lab-fading");
  scroller.parentElement.classList.add("lab-fading-frame");
  scroller.labArrows ??= [labArrow(scroller, -1), labArrow(scroller, 1)];
  scroller.after(...scroller.labArrows);
  const fade = () => {
    const { scrollLeft, scrollWidth, clientWidth, offsetTop, offsetHeight } = scroller;
    const isMore = [scrollLeft > LAB_FADE_FROM, scrollWidth - clientWidth - scrollLeft > LAB_FADE_FROM];
    scroller.classList.toggle("lab-before", isMore[0]);
    scroller.classList.toggle("lab-after", isMore[1]);
    scroller.labArrows.forEach((arrow, index) => {
      arrow.hidden = !isMore[index];
      arrow.style.top = `${offsetTop + offsetHeight / 2}px`;
    });
  };
  scroller.onscroll = fade;
  fade();
  return fade;
}

// For the pointer only: the keyboard scrolls with the focus, and a screen reader reads what is out of sight, too.
function labArrow(scroller, direction) {
  const arrow = document.createElement("button");
  arrow.className = `lab-arrow lab-arrow-${direction < 0 ? "left" : "right"}`;
  arrow.type = "button";
  arrow.tabIndex = -1;
  arrow.ariaHidden = "true";
  arrow.textContent = direction < 0 ? "‹" : "›";
  arrow.onclick = () => {
    const behavior = labReducesMotion() ? "instant" : "smooth";
    scroller.scrollBy({ left: direction * LAB_PAGE_SHARE * scroller.clientWidth, behavior });
  };
  return arrow;
}
