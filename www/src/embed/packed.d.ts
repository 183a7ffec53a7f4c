/** A file, deflated and in base64. */
declare module '*?packed' {
  const packed: string;
  export default packed;
}
