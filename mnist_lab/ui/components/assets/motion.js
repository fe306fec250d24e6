// Whether the user has asked the system for less motion.
function labReducesMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
