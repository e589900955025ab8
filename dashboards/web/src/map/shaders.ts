// How a station is painted: a disc in its class's colour with a rim, its number, and what is to be seen of its quality.

/** A point for each dot: many at once cost little, also where a processor paints instead of a graphics card. */
const POINT = `#version 300 es
in vec2 a_place;
in vec4 a_fill;
in vec2 a_size;
uniform vec2 u_origin;
uniform vec2 u_scale;
uniform float u_ratio;
out vec4 v_fill;
out float v_radius;
void main() {
  v_fill = a_fill;
  v_radius = a_size.x * u_ratio;
  gl_PointSize = 2.0 * (v_radius + 1.0);
  gl_Position = vec4(u_origin + a_place * u_scale, 0.0, 1.0);
}`;

/** A square around each circle, as large as it takes. */
const SQUARE = `#version 300 es
in vec2 a_corner;
in vec2 a_place;
in vec4 a_fill;
in vec4 a_ink;
in vec4 a_label;
in vec2 a_size;
uniform vec2 u_origin;
uniform vec2 u_scale;
uniform vec2 u_pixel;
uniform float u_room;
out vec2 v_offset;
flat out vec4 v_fill;
flat out vec3 v_ink;
flat out vec2 v_slot;
flat out float v_radius;
flat out float v_news;
flat out float v_mark;
void main() {
  float reach = a_size.x + u_room + (a_size.y > 0.0 ? 14.0 : 0.0);
  v_offset = a_corner * reach;
  v_fill = a_fill;
  v_ink = a_ink.rgb;
  v_slot = a_label.xy;
  v_mark = a_label.z;
  v_radius = a_size.x;
  v_news = a_size.y;
  gl_Position = vec4(u_origin + a_place * u_scale + v_offset * u_pixel, 0.0, 1.0);
}`;

/** A dot: its colour, and a thin rim that parts it from its neighbours. */
const DOT = `#version 300 es
precision highp float;
in vec4 v_fill;
in float v_radius;
uniform vec3 u_rim;
uniform float u_ratio;
out vec4 colour;
void main() {
  float distance = length(gl_PointCoord - 0.5) * 2.0 * (v_radius + 1.0);
  float disc = clamp(v_radius + 0.5 - distance, 0.0, 1.0);
  float core = clamp(v_radius + 0.5 - u_ratio - distance, 0.0, 1.0);
  colour = vec4(mix(u_rim, v_fill.rgb, core), 1.0) * disc * v_fill.a;
}`;

/** A circle: shadow, rim, disc, number; a dashed rim where the value is in doubt; a ring that opens at news. */
const CIRCLE = `#version 300 es
precision highp float;
in vec2 v_offset;
flat in vec4 v_fill;
flat in vec3 v_ink;
flat in vec2 v_slot;
flat in float v_radius;
flat in float v_news;
flat in float v_mark;
uniform vec3 u_rim;
uniform vec3 u_accent;
uniform float u_shadow;
uniform sampler2D u_labels;
uniform vec2 u_slot;
uniform vec2 u_slots;
uniform float u_numbers;
out vec4 colour;

vec4 over(vec4 top, vec4 below) { return top + below * (1.0 - top.a); }
float within(float radius, float distance) { return clamp(radius + 0.5 - distance, 0.0, 1.0); }

void main() {
  float distance = length(v_offset);
  float rim = v_radius > 10.0 ? 2.0 : 1.0;
  float disc = within(v_radius, distance);
  float core = within(v_radius - rim, distance);
  vec3 edge = u_rim;
  if (v_mark > 0.5) {
    // A value in doubt: its rim is dashed in its own ink.
    float dash = step(0.5, fract(atan(v_offset.y, v_offset.x) * 1.9098593));
    edge = mix(u_rim, v_ink, dash);
    core = within(v_radius - rim - 0.8, distance);
  }
  vec4 result = vec4(mix(edge, v_fill.rgb, core) * disc, disc);
  vec2 at = vec2(v_offset.x, -v_offset.y) / u_slot + 0.5;
  if (v_radius > u_numbers && all(greaterThan(at, vec2(0.0))) && all(lessThan(at, vec2(1.0)))) {
    float number = texture(u_labels, (v_slot + at) / u_slots).r;
    result.rgb = mix(result.rgb, v_ink * result.a, number);
  }
  float shade = u_shadow * (1.0 - smoothstep(v_radius - 3.0, v_radius + 4.0, length(v_offset + vec2(0.0, 1.5))));
  result = over(result, vec4(0.0, 0.0, 0.0, shade)) * v_fill.a;
  if (v_news > 0.0) {
    bool chosen = v_news > 1.0;
    float radius = chosen ? v_radius + 3.5 : v_radius + v_news * 12.0;
    float ring = within(radius + 1.5, distance) - within(radius - 1.5, distance);
    float opacity = chosen ? ring : ring * (1.0 - v_news) * 0.8;
    result = over(vec4(u_accent, 1.0) * opacity, result);
  }
  colour = result;
}`;

/** A program with the places of its uniforms. */
export class Program {
  readonly handle: WebGLProgram;
  private readonly uniforms = new Map<string, WebGLUniformLocation | null>();

  constructor(
    private readonly gl: WebGL2RenderingContext,
    vertex: string,
    fragment: string,
    attributes: readonly string[],
  ) {
    this.handle = gl.createProgram();
    for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
      const shader = gl.createShader(type);
      if (!shader) throw new Error("no shader");
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.handle, shader);
    }
    attributes.forEach((name, index) => gl.bindAttribLocation(this.handle, index, name));
    gl.linkProgram(this.handle);
    if (!gl.getProgramParameter(this.handle, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(this.handle) ?? "");
  }

  /** Where a uniform is; null where the program has none of this name, which WebGL takes and ignores. */
  at(name: string): WebGLUniformLocation | null {
    const known = this.uniforms.get(name);
    if (known !== undefined) return known;
    const location = this.gl.getUniformLocation(this.handle, name);
    this.uniforms.set(name, location);
    return location;
  }
}

/** The program of dots. */
export function dot(gl: WebGL2RenderingContext, attributes: readonly string[]): Program {
  return new Program(gl, POINT, DOT, attributes);
}

/** The program of circles. */
export function circle(gl: WebGL2RenderingContext, attributes: readonly string[]): Program {
  return new Program(gl, SQUARE, CIRCLE, attributes);
}
