// Ten thousand stations in two strokes of WebGL: dots below the names of places, circles with numbers above them.
//
// MapLibre's own layers lay out text in a worker, for each tile anew: too slow where all values change four times a
// second. Here a station is 28 bytes, and moving the map changes two numbers.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from "maplibre-gl";
import type { Atlas } from "./atlas";
import * as shaders from "./shaders";
import type { Rgb } from "./palette";

const STRIDE = 28;
// name, components, type, normalized, offset
const ATTRIBUTES = [
  ["a_place", 2, "FLOAT", false, 0],
  ["a_fill", 4, "UNSIGNED_BYTE", true, 8],
  ["a_ink", 4, "UNSIGNED_BYTE", true, 12],
  ["a_label", 4, "UNSIGNED_BYTE", false, 16],
  ["a_size", 2, "FLOAT", false, 20],
] as const;
const NAMES = ["a_corner", ...ATTRIBUTES.map(([name]) => name)];
// For the shadow.
const ROOM_PX = 6;
// Below this radius a circle that grows has no number yet.
const NUMBERS_FROM_PX = 11;

/** What is painted, in the order in which it is painted. */
export class Instances {
  readonly floats: Float32Array;
  readonly bytes: Uint8Array;
  static readonly FLOATS = STRIDE / 4;
  static readonly BYTES = STRIDE;

  constructor(readonly count: number) {
    const buffer = new ArrayBuffer(count * STRIDE);
    this.floats = new Float32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }
}

/** The colours that all stations share. */
export interface Tones {
  readonly rim: Rgb;
  readonly accent: Rgb;
  readonly shadow: number;
}

/** The two layers of the stations. */
export class StationLayers {
  readonly dots: CustomLayerInterface;
  readonly circles: CustomLayerInterface;
  tones: Tones = { rim: [255, 255, 255], accent: [0, 0, 0], shadow: 0.2 };
  private instances = new Instances(0);
  private circlesFrom = 0;
  private isDirty = true;
  private hasShown = false;
  private buffer: WebGLBuffer | null = null;
  private corners: WebGLBuffer | null = null;
  private programs: { dots: shaders.Program; circles: shaders.Program } | null = null;
  private map: MapLibre | null = null;

  /**
   * @param origin what places are relative to, in Mercator units: a float has not enough digits for the whole world
   * @param painted called after each frame in which stations were painted, also where none is in view
   */
  constructor(
    private readonly origin: readonly [number, number],
    private readonly atlas: Atlas,
    private readonly painted: () => void,
  ) {
    this.dots = this.layer("dots", (gl, input) => this.paint(gl, input, "dots", 0, this.circlesFrom));
    this.circles = this.layer("circles", (gl, input) => {
      this.paint(gl, input, "circles", this.circlesFrom, this.instances.count);
      if (this.hasShown) this.painted();
    });
  }

  /** Paint these from now on, the first ones as dots. */
  show(instances: Instances, circlesFrom: number): void {
    this.instances = instances;
    this.circlesFrom = circlesFrom;
    this.isDirty = true;
    this.hasShown = true;
    this.map?.triggerRepaint();
  }

  /** The context came back after it was lost, with nothing in it. */
  restore(): void {
    const gl = this.map?.getCanvas().getContext("webgl2");
    this.atlas.forget();
    if (gl) this.prepare(gl);
  }

  private layer(id: string, render: CustomLayerInterface["render"]): CustomLayerInterface {
    return {
      id,
      type: "custom",
      render,
      onAdd: (map, gl) => {
        this.map = map;
        if (!this.programs) this.prepare(gl);
      },
      onRemove: (_, gl) => this.release(gl),
    };
  }

  private prepare(gl: WebGL2RenderingContext): void {
    this.programs = { dots: shaders.dot(gl, NAMES), circles: shaders.circle(gl, NAMES) };
    this.buffer = gl.createBuffer();
    this.corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
    this.isDirty = true;
  }

  private release(gl: WebGL2RenderingContext): void {
    if (!this.programs) return;
    for (const each of Object.values(this.programs)) gl.deleteProgram(each.handle);
    gl.deleteBuffer(this.buffer);
    gl.deleteBuffer(this.corners);
    this.atlas.release(gl);
    this.programs = null;
  }

  private paint(gl: WebGL2RenderingContext, input: CustomRenderMethodInput, kind: "dots" | "circles", from: number, to: number): void {
    if (!this.programs || !this.map || to <= from) return;
    const program = this.programs[kind];
    gl.useProgram(program.handle);
    gl.bindVertexArray(null);
    const isCircle = kind === "circles";
    this.attributes(gl, from, isCircle ? 1 : 0);
    this.camera(gl, input, program);
    gl.uniform3f(program.at("u_rim"), ...unit(this.tones.rim));
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.DEPTH_TEST);
    if (isCircle) {
      this.numbers(gl, program);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, to - from);
    } else {
      gl.drawArrays(gl.POINTS, 0, to - from);
    }
    NAMES.forEach((_, index) => gl.vertexAttribDivisor(index, 0));
  }

  /** `divisor` is 1 where each station is a whole square, 0 where it is a point. */
  private attributes(gl: WebGL2RenderingContext, from: number, divisor: number): void {
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.vertexAttribDivisor(0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (this.isDirty) gl.bufferData(gl.ARRAY_BUFFER, this.instances.bytes, gl.DYNAMIC_DRAW);
    this.isDirty = false;
    ATTRIBUTES.forEach(([, components, type, normalized, offset], index) => {
      gl.enableVertexAttribArray(index + 1);
      gl.vertexAttribPointer(index + 1, components, gl[type], normalized, STRIDE, from * STRIDE + offset);
      gl.vertexAttribDivisor(index + 1, divisor);
    });
  }

  /** The map is neither turned nor tilted: to the screen it is a shift and a stretch. */
  private camera(gl: WebGL2RenderingContext, input: CustomRenderMethodInput, program: shaders.Program): void {
    const matrix = input.defaultProjectionData.mainMatrix;
    const at = (index: number): number => matrix[index] ?? 0;
    const [x, y] = this.origin;
    const w = at(3) * x + at(7) * y + at(15);
    gl.uniform2f(program.at("u_origin"), (at(0) * x + at(4) * y + at(12)) / w, (at(1) * x + at(5) * y + at(13)) / w);
    gl.uniform2f(program.at("u_scale"), at(0) / w, at(5) / w);
    const { clientWidth, clientHeight } = this.map?.getCanvas() ?? document.body;
    gl.uniform2f(program.at("u_pixel"), 2 / clientWidth, 2 / clientHeight);
    gl.uniform1f(program.at("u_ratio"), this.map?.getPixelRatio() ?? 1);
  }

  private numbers(gl: WebGL2RenderingContext, program: shaders.Program): void {
    gl.activeTexture(gl.TEXTURE0);
    this.atlas.bind(gl);
    gl.uniform1f(program.at("u_room"), ROOM_PX);
    gl.uniform1i(program.at("u_labels"), 0);
    gl.uniform2f(program.at("u_slot"), ...this.atlas.slot);
    gl.uniform2f(program.at("u_slots"), ...this.atlas.slotsAcross);
    gl.uniform1f(program.at("u_numbers"), NUMBERS_FROM_PX);
    gl.uniform3f(program.at("u_accent"), ...unit(this.tones.accent));
    gl.uniform1f(program.at("u_shadow"), this.tones.shadow);
  }
}

function unit([red, green, blue]: Rgb): Rgb {
  return [red / 255, green / 255, blue / 255];
}
