// Numbers as pictures: each is drawn once with the page's own font, in a texture that all circles share.

const TEXTURE_PX = 1024;
const HEIGHT_PX = 20;
const WEIGHT = 650;

/** A texture of labels in slots of one size. */
export class Atlas {
  /** Counts up when all slots were given anew, so that whoever keeps a slot asks again. */
  generation = 0;
  private readonly slots = new Map<string, number>();
  private readonly fresh = new Map<string, number>();
  private readonly canvas = document.createElement("canvas");
  private readonly pen: CanvasRenderingContext2D;
  private texture: WebGLTexture | null = null;

  constructor(
    private readonly radiusPx: number,
    private readonly ratio: number,
  ) {
    const [width, height] = this.slotPx;
    Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext("2d", { willReadFrequently: true });
    if (!pen) throw new Error("no canvas");
    this.pen = pen;
  }

  /** The width and height of a slot on the screen. */
  get slot(): [number, number] {
    const [width, height] = this.slotPx;
    return [width / this.ratio, height / this.ratio];
  }

  /** How many slots there are, columns and rows; with fractions, as the texture's edge cuts some. */
  get slotsAcross(): [number, number] {
    const [width, height] = this.slotPx;
    return [this.side / width, this.side / height];
  }

  /** Where a label is: column and row. */
  find(label: string): [column: number, row: number] {
    let slot = this.slots.get(label);
    const [columns, rows] = this.slotsAcross.map(Math.floor) as [number, number];
    if (slot === undefined) {
      if (this.slots.size >= columns * rows) this.empty();
      slot = this.slots.size;
      this.slots.set(label, slot);
      this.fresh.set(label, slot);
    }
    return [slot % columns, Math.floor(slot / columns)];
  }

  /** Bind the texture, with all labels asked for so far in it. */
  bind(gl: WebGL2RenderingContext): void {
    this.texture ??= this.create(gl);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    const [columns] = this.slotsAcross.map(Math.floor) as [number, number];
    const [width, height] = this.slotPx;
    for (const [label, slot] of this.fresh) {
      this.draw(label);
      const [x, y] = [(slot % columns) * width, Math.floor(slot / columns) * height];
      gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, gl.RED, gl.UNSIGNED_BYTE, this.canvas);
    }
    this.fresh.clear();
  }

  /** Take the texture off a context. */
  release(gl: WebGL2RenderingContext): void {
    gl.deleteTexture(this.texture);
    this.forget();
  }

  /** The context is lost, and the texture with it. */
  forget(): void {
    this.texture = null;
    this.empty();
  }

  private get side(): number {
    return TEXTURE_PX * Math.ceil(this.ratio);
  }

  private get slotPx(): [number, number] {
    return [Math.ceil(2 * this.radiusPx * this.ratio), Math.ceil(HEIGHT_PX * this.ratio)];
  }

  private empty(): void {
    this.slots.clear();
    this.fresh.clear();
    this.generation += 1;
  }

  private create(gl: WebGL2RenderingContext): WebGLTexture | null {
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, this.side, this.side, 0, gl.RED, gl.UNSIGNED_BYTE, null);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR);
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    return texture;
  }

  /** White on black: what is red in the texture is ink. */
  private draw(label: string): void {
    const [width, height] = this.slotPx;
    const family = getComputedStyle(document.body).fontFamily;
    const room = width - 8 * this.ratio;
    this.pen.fillStyle = "#000";
    this.pen.fillRect(0, 0, width, height);
    let size = this.radiusPx > 18 ? 13 : 11;
    do {
      this.pen.font = `${WEIGHT} ${size * this.ratio}px ${family}`;
      size -= 0.5;
    } while (this.pen.measureText(label).width > room && size > 6);
    this.pen.fillStyle = "#fff";
    this.pen.textAlign = "center";
    this.pen.textBaseline = "alphabetic";
    // Centred by the height of digits, not by that of letters with tails.
    const digit = this.pen.measureText("0");
    this.pen.fillText(label, width / 2, height / 2 + (digit.actualBoundingBoxAscent - digit.actualBoundingBoxDescent) / 2);
  }
}
