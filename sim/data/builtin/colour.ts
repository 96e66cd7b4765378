/**
 * Colours of a scene before the camera.
 *
 * @module
 */

/** Linear light of red, green and blue; 1 = white paper in full light. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The colour of a paint as it is usually picked: 8-bit values on a display of gamma 2. */
export function paint(red: number, green: number, blue: number): Colour {
  return [(red / 255) * (red / 255), (green / 255) * (green / 255), (blue / 255) * (blue / 255)];
}

/** a at 0, b at 1. */
export function between(a: Colour, b: Colour, share: number): Colour {
  return [
    a[0] + share * (b[0] - a[0]),
    a[1] + share * (b[1] - a[1]),
    a[2] + share * (b[2] - a[2]),
  ];
}

/** A colour in more or less light. */
export function lit(colour: Colour, light: number): Colour {
  return [colour[0] * light, colour[1] * light, colour[2] * light];
}

/** Two lights together. */
export function add(a: Colour, b: Colour): Colour {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
