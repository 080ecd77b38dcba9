const MAX_LENGTH = 120;

/** A text from outside in double quotes, on one line and no longer than one, for messages. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** Cuts a text where it is longer than a message bears. */
export function shorten(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}
