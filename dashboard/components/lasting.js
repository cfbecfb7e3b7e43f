// What a component's call gives back to Streamlit, which calls it as if the component were gone where
// newer data have overtaken that call (while its module was being loaded): what is drawn ends only
// when its place has left the page.

const whenGone = (place, end) => () => setTimeout(() => {
  if (!place.isConnected) end();
}, 0);
