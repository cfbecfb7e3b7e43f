// Images that are not drawn: chosen, dropped, pasted, or photographed. A large one is sent smaller.

const AS_IT_IS = 1.5e6; // bytes up to which a file is sent as it is
const LARGEST = 4e7; // bytes of a file that is tried
const SENT = 1600; // pixels of the longer side of one that is sent smaller
const KINDS = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];

const asBase64 = (blob) => new Promise((done, fail) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => fail(reader.error);
  reader.readAsDataURL(blob);
});

const smaller = async (source, width, height) => {
  const scale = Math.min(1, SENT / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return asBase64(await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9)));
};

// The content of a file in base64; throws where it is no image.
const contentOf = async (file) => {
  if (!file.size) throw new Error("empty");
  if (file.size <= AS_IT_IS && KINDS.includes(file.type)) return asBase64(file);
  if (file.size > LARGEST) throw new Error("too large");
  const bitmap = await createImageBitmap(file);
  const content = await smaller(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return content;
};

const imageIn = (transfer) => [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));

// The camera's image over the pad, until one is taken.
class Camera {
  constructor(video) { this.video = video; }

  static get there() { return Boolean(navigator.mediaDevices?.getUserMedia); }

  async open() {
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  take() { return smaller(this.video, this.video.videoWidth, this.video.videoHeight); }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
    this.video.srcObject = null;
  }
}
