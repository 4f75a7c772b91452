/** The object in JSON with one more member, whose value is JSON already: an item goes from the log to a reply as it is. */
export function withJson(rest: object, name: string, json: string): string {
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head}${head === '{' ? '' : ','}${JSON.stringify(name)}:${json}}`;
}
