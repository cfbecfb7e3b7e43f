"""What Streamlit lacks, one gap a module; each names the upstream issue that would close it."""
