/** A file of SQL as text: a bundle says which one. */
declare module '#sql' {
  const text: string;
  export default text;
}
