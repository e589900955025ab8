// Runs before anything of a page does: what the browser itself says of how the page felt.
(() => {
  const seen = { lcp: 0, cls: 0, events: [], drawn: 0 };
  Object.defineProperty(window, "__seen", { value: seen });
  const watch = (type, take, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  watch("largest-contentful-paint", (entry) => (seen.lcp = entry.startTime));
  // The worst window of shifts: no gap of a second, no longer than five (web.dev, Cumulative Layout Shift).
  const window_ = { value: 0, first: 0, last: 0 };
  watch("layout-shift", (entry) => {
    if (entry.hadRecentInput) return;
    if (entry.startTime - window_.last > 1000 || entry.startTime - window_.first > 5000) {
      Object.assign(window_, { value: 0, first: entry.startTime });
    }
    window_.value += entry.value;
    window_.last = entry.startTime;
    seen.cls = Math.max(seen.cls, window_.value);
  });
  watch("event", (entry) => entry.interactionId && seen.events.push([entry.name, entry.duration]), { durationThreshold: 16 });
  // The map says of itself that everything is drawn.
  seen.complete = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (document.getElementById("map")?.dataset.state !== "idle") return;
      observer.disconnect();
      resolve(performance.now());
    }).observe(document, { subtree: true, attributeFilter: ["data-state"] });
  });
  // A canvas is no candidate for the browser's own marks: the first drawing call is when a map begins to be one.
  for (const kind of [window.WebGLRenderingContext, window.WebGL2RenderingContext]) {
    for (const name of ["drawElements", "drawArrays", "drawElementsInstanced", "drawArraysInstanced"]) {
      const draw = kind?.prototype[name];
      if (!draw) continue;
      kind.prototype[name] = function (...given) {
        if (!seen.drawn && this.canvas.isConnected) seen.drawn = performance.now();
        return draw.apply(this, given);
      };
    }
  }
  // From `begin` to `end`: when frames began.
  let frames = null;
  const frame = (at) => frames && (frames.push(at), requestAnimationFrame(frame));
  window.__frames = {
    begin() { frames = []; requestAnimationFrame(frame); },
    end() { const all = frames; frames = null; return all; },
  };
})();
