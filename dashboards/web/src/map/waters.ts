// Names of seas, fjords and sounds, in the languages of the site; where a name reads best, and from which zoom on.

export interface Water {
  readonly names: Readonly<Record<string, string>>;
  readonly place: readonly [longitude: number, latitude: number];
  readonly fromZoom: number;
}

function water(de: string, da: string, en: string, longitude: number, latitude: number, fromZoom: number): Water {
  return { names: { de, da, en }, place: [longitude, latitude], fromZoom };
}

/** The most important first. */
export const WATERS: readonly Water[] = [
  water("Nordsee", "Vesterhavet", "North Sea", 8.4, 54.43, 0),
  water("Ostsee", "Østersøen", "Baltic Sea", 10.06, 54.73, 0),
  water("Flensburger Förde", "Flensborg Fjord", "Flensburg Fjord", 9.74, 54.845, 8.6),
  water("Schlei", "Slien", "Schlei", 9.72, 54.545, 9.6),
  water("Eckernförder Bucht", "Egernførde Bugt", "Eckernförde Bay", 9.99, 54.49, 9),
  water("Kieler Bucht", "Kiel Bugt", "Bay of Kiel", 10.42, 54.5, 8),
  water("Kleiner Belt", "Lillebælt", "Little Belt", 9.98, 55.06, 8.4),
  water("Aabenraaer Förde", "Aabenraa Fjord", "Aabenraa Fjord", 9.53, 55.025, 9.6),
  water("Alsensund", "Als Sund", "Als Sound", 9.765, 54.95, 11),
  water("Geltinger Bucht", "Gelting Bugt", "Gelting Bay", 9.885, 54.785, 9.8),
  water("Husumer Bucht", "Husum Bugt", "Husum Bay", 8.92, 54.46, 9.6),
  water("Lister Tief", "Lister Dyb", "Lister Tief", 8.41, 55.08, 10),
  water("Norderhever", "Nørre Hever", "Norderhever", 8.72, 54.53, 10),
  water("Eider", "Ejderen", "Eider", 8.83, 54.27, 9.6),
];
