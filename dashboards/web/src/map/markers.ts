// A station on the map: a link to its page, a circle in the colour of its value's class with the number in it.
import { type Map as MapLibre, Marker } from "maplibre-gl";
import * as bands from "../bands";
import { bandOf, type MapConfig } from "../config";
import { Gliding, writer } from "../numbers";
import { current, type Station } from "../stations";

const NEWS_MS = 1600;

/** A station's marker. */
export class StationMarker {
  private readonly link = document.createElement("a");
  private readonly number: Gliding;
  private readonly marker: Marker;
  private readonly leader: HTMLElement;
  private measuredAt = "";

  constructor(
    private readonly map: MapLibre,
    station: Station,
    private readonly config: MapConfig,
  ) {
    this.link.className = "station";
    this.link.href = `/${config.language}/stations/${String(station.id)}`;
    this.link.setAttribute("role", "link");
    this.leader = this.part("leader");
    this.number = new Gliding(this.part("number"));
    this.part("name").textContent = station.properties.name;
    this.marker = new Marker({ element: this.link });
    this.marker.setLngLat(place(station)).addTo(map);
  }

  /** Show the newest value of a property; it glides when it is the same property as before. */
  show(station: Station, code: string, glide: boolean): void {
    const property = this.config.properties[code];
    if (!property) return;
    this.marker.setLngLat(place(station));
    const latest = current(station, code, this.config.staleAfterS);
    const write = writer(this.config.language, latest && Math.abs(latest.value) >= 100 ? 0 : property.decimals);
    const band = latest && bandOf(property, latest.value);
    this.number.show(latest?.value ?? null, write, glide);
    bands.colour(this.link, band);
    this.link.classList.toggle("plain", latest !== null && property.bands.length === 0);
    const said = latest ? `${property.name} ${write(latest.value)} ${property.unit}` : this.config.texts["noValue"];
    const simulated = station.properties.simulated ? this.config.texts["simulation"] : "";
    this.link.ariaLabel = [station.properties.name, said, band?.word, simulated].filter(Boolean).join(", ");
    this.pulse(latest?.time ?? "", glide);
  }

  /** Its true place on the screen. */
  get place(): { x: number; y: number } {
    return this.map.project(this.marker.getLngLat());
  }

  /** How wide its circle is, in pixels. */
  get size(): number {
    return this.link.offsetWidth;
  }

  /** Move it aside by so many pixels; a thin line leads to its place. */
  moveAside([x, y]: [number, number]): void {
    const distance = Math.hypot(x, y);
    this.marker.setOffset([x, y]);
    this.leader.style.width = `${distance}px`;
    this.leader.style.transform = `rotate(${Math.atan2(-y, -x)}rad)`;
    this.leader.hidden = distance < 8;
  }

  /** Take it off the map. */
  remove(): void {
    this.marker.remove();
  }

  private part(name: string): HTMLElement {
    const element = document.createElement("span");
    element.className = name;
    this.link.append(element);
    return element;
  }

  /** A ring that opens once when something new was measured. */
  private pulse(time: string, glide: boolean): void {
    if (glide && this.measuredAt && time > this.measuredAt) {
      this.link.classList.remove("news");
      void this.link.offsetWidth; // begins the animation anew
      this.link.classList.add("news");
      window.setTimeout(() => this.link.classList.remove("news"), NEWS_MS);
    }
    this.measuredAt = time;
  }
}

function place(station: Station): [number, number] {
  const [longitude, latitude] = station.geometry.coordinates;
  return [longitude ?? 0, latitude ?? 0];
}
