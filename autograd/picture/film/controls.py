"""A film in a notebook: a button that stops it and a slider over its steps, where scripts may run.

Without them the film moves by itself, and stands still for readers who ask for less motion. The captions of the SVG say
how many steps there are, and what a screen reader says of each.
"""

from __future__ import annotations

__all__ = ["CONTROLS"]

# One line, and every statement has its semicolon: a front end may join lines. Films of other cells have theirs already.
CONTROLS = (
    "(() => { "
    'const still = matchMedia("(prefers-reduced-motion: reduce)").matches; '
    'for (const host of document.querySelectorAll(".chaingrad-picture > div:not([data-film])")) { '
    "const parts = host.shadowRoot?.getAnimations() ?? []; "
    "if (!parts.length) continue; "
    'host.dataset.film = "on"; '
    "const captions = new Map(); "
    'for (const line of host.shadowRoot.querySelectorAll("#captions > text")) { '
    'const step = line.getAttribute("class"); '
    'captions.set(step, [captions.get(step) ?? "", line.textContent].join(" ").trim()); } '
    "const said = [...captions.values()]; "
    "const length = parts[0].effect.getComputedTiming().duration / said.length; "
    'const bar = document.createElement("div"); '
    'bar.style.cssText = "display:flex;gap:8px;align-items:center;padding:4px 8px"; '
    'bar.innerHTML = \'<button type="button" style="min-width:5em;min-height:28px"></button>'
    '<input type="range" min="1" aria-label="step" style="flex:0 1 260px;min-height:28px">\'; '
    'bar.dataset.film = "controls"; '
    "const [button, slider] = bar.children; "
    "slider.max = said.length; "
    "let playing = !still; "
    "const say = () => { "
    'button.textContent = playing ? "Pause" : "Play"; '
    'slider.setAttribute("aria-valuetext", said[slider.value - 1]); }; '
    "const stop = () => { playing = false; for (const part of parts) { "
    "part.pause(); part.currentTime = (slider.value - 0.5) * length; } say(); }; "
    # For less motion the style sheet stops all at the last step by a delay; from now on the slider says where.
    "for (const part of parts) part.effect.updateTiming({ delay: 0 }); "
    "slider.value = still ? said.length : 1; "
    "if (still) stop(); "
    'slider.addEventListener("input", stop); '
    'button.addEventListener("click", () => { '
    "if (playing) return stop(); "
    "playing = true; for (const part of parts) part.play(); say(); }); "
    'bar.addEventListener("keydown", (event) => event.stopPropagation()); '
    "const timer = setInterval(() => { if (!host.isConnected) clearInterval(timer); "
    "if (playing) { slider.value = 1 + Math.floor(parts[0].currentTime / length) % said.length; say(); } }, 100); "
    "host.before(bar); say(); } })();"
)
