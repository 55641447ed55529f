"use strict";
// What all scripts of the page use.
const byId = (id) => document.getElementById(id);
const say = (text) => { byId("status").textContent = text; };
const payload = JSON.parse(byId("payload").textContent);
const naturally = new Intl.Collator("en", { numeric: true }).compare;
const element = (name, text, attributes = {}) => Object.assign(document.createElement(name), { textContent: text, ...attributes });
const afterwards = [];  // what is done when all parts of the script are set up
let made = 0;
