/** Stands in an embed for parts of the page that nothing in it asks for. */
export default null;
