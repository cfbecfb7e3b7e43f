"""The page: a Streamlit app that writes settings and reads run folders."""
