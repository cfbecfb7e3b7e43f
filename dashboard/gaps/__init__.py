"""What Streamlit lacks, each gap with the upstream issue it waits for."""
