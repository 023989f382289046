// The card beside what the pointer or the keyboard is on. It can be walked into with the pointer, and Esc closes it.

class Card {
  constructor(element, stage) {
    Object.assign(this, { element, stage, timer: 0, of: null });
    element.addEventListener("pointerenter", () => clearTimeout(this.timer));
    element.addEventListener("pointerleave", () => this.hideSoon());
  }

  // `at` is a rectangle on the screen, relative to the stage, beside which the card is put.
  show(of, at, content) {
    clearTimeout(this.timer);
    this.of = of;
    this.element.replaceChildren(...content.filter(Boolean));
    this.element.hidden = false;
    const { clientWidth: w, clientHeight: h } = this.stage;
    const [cw, ch] = [this.element.offsetWidth, this.element.offsetHeight];
    const right = at.x + at.w + 8;
    const left = right + cw <= w ? right : at.x - cw - 8 >= 0 ? at.x - cw - 8 : Math.max(4, Math.min(w - cw - 4, at.x));
    const beside = left >= at.x + at.w || left + cw <= at.x;
    const below = at.y + at.h + 8;
    const above = at.y - ch - 8;
    // Where there is no room, no card: it would lie on what it tells of. A click says the same in the panel.
    if (!beside && below + ch > h && above < 0) {
      this.hide();
      return;
    }
    const top = beside ? Math.max(4, Math.min(h - ch - 4, at.y)) : below + ch <= h ? below : above;
    this.element.style.left = `${left}px`;
    this.element.style.top = `${top}px`;
  }

  hideSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), 180);
  }

  hide() {
    clearTimeout(this.timer);
    this.of = null;
    this.element.hidden = true;
  }
}
