// Two buttons that write something of the page as a file, PNG or SVG.

const pageColour = () =>
  getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;

// While a page is drawn anew, what stood there before may be there too: the last one is the new one.
const lastOf = (key, what) =>
  [...document.querySelectorAll(`.st-key-${CSS.escape(key)} ${what}`)].pop();

const save = (content, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

const fileButtons = (parent, data, write) => {
  let box = parent.querySelector(".figure-files");
  if (!box) {
    box = document.createElement("div");
    box.className = "figure-files";
    for (const format of ["png", "svg"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = format.toUpperCase();
      box.append(button);
    }
    parent.append(box);
  }
  ["png", "svg"].forEach((format, index) => {
    const button = box.children[index];
    button.title = button.ariaLabel = data[format];
    button.onclick = () => write(format);
  });
};
