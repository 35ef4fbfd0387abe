// Fills a template again and again: a line of standard input is a number of times, the answer the
// milliseconds that they took. node docxtemplater.js TEMPLATE VALUES
const fs = require("fs");
const readline = require("readline");
const Docxtemplater = require("docxtemplater");
const PizZip = require("pizzip");

const template = fs.readFileSync(process.argv[2]);
const values = JSON.parse(fs.readFileSync(process.argv[3]));

function fill() {
    const document = new Docxtemplater(new PizZip(template), { paragraphLoop: true });
    document.render(values);
    return document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
}

fs.writeFileSync(process.argv[3] + ".docx", fill());
readline.createInterface({ input: process.stdin }).on("line", (times) => {
    const begun = process.hrtime.bigint();
    for (let one = 0; one < Number(times); one += 1) fill();
    console.log(Number(process.hrtime.bigint() - begun) / 1e6);
});
