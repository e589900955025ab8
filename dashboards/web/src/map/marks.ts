// What is written over the map: a pin where a search has led, and the name of the station that is pointed at.
import "../marks.css";
import { type Map as MapLibre, Marker } from "maplibre-gl";

const GAP_PX = 6;
// A finger does not hover: after a tap the card says who it is.
const canHover = window.matchMedia("(hover: hover)");

/** The pin at what was found last. */
export class Pin {
  private marker: Marker | null = null;

  constructor(private readonly map: MapLibre) {}

  /** Put it somewhere else, in degrees. */
  put(name: string, longitude: number, latitude: number): void {
    this.marker?.remove();
    const element = document.createElement("div");
    element.className = "pin";
    element.setAttribute("role", "img");
    element.ariaLabel = name;
    element.append(document.createElement("span"));
    this.marker = new Marker({ element, anchor: "bottom" }).setLngLat([longitude, latitude]).addTo(this.map);
  }
}

/** The name beside a circle. Whoever does not point reads it in the list of those in view. */
export class Label {
  private readonly element = document.createElement("div");

  constructor(private readonly map: MapLibre) {
    this.element.className = "station-name";
    this.element.hidden = true;
    this.element.setAttribute("aria-hidden", "true");
    map.getContainer().append(this.element);
    map.on("movestart", () => this.hide());
    map.on("mouseout", () => this.hide());
  }

  /** Show a name at a place in degrees, above a circle of this radius, or below where there is no room. */
  show(name: string, place: [number, number], radiusPx: number): void {
    if (!name || !canHover.matches || this.map.isMoving()) {
      this.hide();
      return;
    }
    if (this.element.textContent !== name) this.element.textContent = name;
    this.element.hidden = false;
    const { x, y } = this.map.project(place);
    const { offsetWidth, offsetHeight } = this.element;
    const left = Math.min(this.map.getCanvas().clientWidth - offsetWidth - GAP_PX, Math.max(GAP_PX, x - offsetWidth / 2));
    const above = y - radiusPx - GAP_PX - offsetHeight;
    this.element.style.left = `${left}px`;
    this.element.style.top = `${above > GAP_PX ? above : y + radiusPx + GAP_PX}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
