/* Canvases that are moved and zoomed: by pointer, wheel, fingers and keys. */

/** Calls it in the next frame, once for however many times it is asked to. */
function inNextFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/** As many pixels as the screen has there; whether there are any. */
function sized(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  return { width, height, ratio };
}

/**
 * `on` has: pan(dx, dy), zoom(factor, x, y), fit(), click(x, y), hover(x, y) with or without a place, and wheels(event): whether
 * the wheel zooms.
 */
function pannable(canvas, section, on) {
  const fingers = new Map();
  let moved = 0;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const apart = () => {
    const [one, other] = [...fingers.values()];
    return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, far: Math.hypot(one.x - other.x, one.y - other.y) };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    if (fingers.size === 1) moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = place(event);
    const before = fingers.get(event.pointerId);
    if (!before) return on.hover(at.x, at.y);
    const were = fingers.size === 2 ? apart() : null;
    fingers.set(event.pointerId, at);
    moved += Math.hypot(at.x - before.x, at.y - before.y);
    if (were) {
      const are = apart();
      on.pan(are.x - were.x, are.y - were.y);
      on.zoom(are.far / Math.max(were.far, 1), are.x, are.y);
    } else if (moved > 4) {
      canvas.classList.add("moving");
      on.pan(at.x - before.x, at.y - before.y);
    }
  });
  const over = (event) => {
    const at = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    canvas.classList.remove("moving");
    if (at && event.type === "pointerup" && moved <= 4 && !fingers.size) on.click(at.x, at.y);
  };
  canvas.addEventListener("pointerup", over);
  canvas.addEventListener("pointercancel", over);
  canvas.addEventListener("pointerleave", () => on.hover());
  canvas.addEventListener("wheel", (event) => {
    const at = place(event);
    if (!on.wheels(event)) return;
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      on.pan(-(event.deltaX || event.deltaY), 0);
    } else {
      const lines = event.deltaMode === 1 ? 16 : 1;
      on.zoom(Math.exp(-Math.max(-200, Math.min(200, event.deltaY * lines)) / 400), at.x, at.y);
    }
  }, { passive: false });
  const middle = (factor) => on.zoom(factor, canvas.clientWidth / 2, canvas.clientHeight / 2);
  const keys = {
    ArrowLeft: () => on.pan(60, 0),
    ArrowRight: () => on.pan(-60, 0),
    ArrowUp: () => on.pan(0, 60),
    ArrowDown: () => on.pan(0, -60),
    "+": () => middle(1.4),
    "=": () => middle(1.4),
    "-": () => middle(1 / 1.4),
    0: () => on.fit(),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  const does = { in: () => middle(1.4), out: () => middle(1 / 1.4), fit: () => on.fit() };
  for (const button of section.querySelectorAll("[data-do]")) {
    button.addEventListener("click", () => does[button.dataset.do]());
  }
}
