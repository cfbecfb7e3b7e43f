// The card beside a unit: its name, its figures and its strongest inputs, also for ears.

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class NetworkCard extends NetworkPlaces {
  name(layer, place) {
    const { layers, text, classes } = this.found;
    const { name, units } = layers[layer];
    if (layer === layers.length - 1) return filled(text.class, { layer: name, name: classes[place] });
    return filled(text.unit, { layer: name, unit: units[place] });
  }

  figures(layer, place) {
    const { arrays, text, layers } = this.found;
    const value = (name) => number(arrays[`${name}${layer}`][place]);
    const last = layer === layers.length - 1;
    return [
      [text.sum, value("sums")],
      [text.bias, value("biases")],
      ...(last ? [[text.probability, percent(arrays.probabilities[place])]] : [[text.output, value("outputs")]]),
    ];
  }

  strongest(layer, place) {
    if (!layer) return [];
    const { arrays, text, layers } = this.found;
    const all = arrays[`strongest${layer}`];
    const count = all.length / layers[layer].units.length;
    const found = [];
    for (let i = place * count; i < (place + 1) * count; i += 3) {
      const [unit, weight, output] = all.subarray(i, i + 3);
      const name = filled(text.unit, { layer: layers[layer - 1].name, unit });
      found.push([name, `${number(weight)} × ${number(output)} = ${number(weight * output)}`]);
    }
    return found;
  }

  words(layer, place) {
    const { text } = this.found;
    const said = (name, value) => filled(text.pair, { name, value });
    const figures = this.figures(layer, place).map((pair) => pair.join(" ")).join(text.comma);
    const inputs = this.strongest(layer, place).map((pair) => said(...pair)).join(text.semicolon);
    const before = filled(text.sentence, { words: said(this.name(layer, place), figures) });
    if (!inputs) return before;
    const after = filled(text.sentence, { words: said(text.strongest, inputs) });
    return filled(text.sentences, { before, after });
  }

  describe(node, layer, place) {
    this.card.replaceChildren();
    add(this.card, "b", "", this.name(layer, place));
    if (!layer) {
      const canvas = add(this.card, "canvas");
      canvas.width = canvas.height = 28;
      canvas.getContext("2d").drawImage(node.picture, 0, 0);
    }
    const list = add(this.card, "dl");
    const rows = (pairs) => pairs.forEach(([name, value]) => {
      add(list, "dt", "", name);
      add(list, "dd", "", value);
    });
    rows(this.figures(layer, place));
    const inputs = this.strongest(layer, place);
    if (inputs.length) {
      add(list, "dt", "wide", this.found.text.strongest);
      rows(inputs);
    }
    this.card.hidden = false;
    const { left, top, width, height } = node.place;
    const [wide, high] = [this.card.offsetWidth / this.times, this.card.offsetHeight / this.times];
    const right = left + width + 14 + wide <= this.width;
    let x = right ? left + width + 14 : left - wide - 14;
    let y = top + height / 2 - high / 2;
    if (x < 0) {
      x = left + width / 2 - wide / 2;
      y = top + height + 10;
    }
    const low = Math.max(0, this.field.clientHeight / this.times - high);
    this.card.style.left = rem(Math.max(0, Math.min(this.width - wide, x)));
    this.card.style.top = rem(Math.max(0, Math.min(low, y)));
  }
}
