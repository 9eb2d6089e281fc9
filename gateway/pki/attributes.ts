// Where Fabric keeps the attributes of an identity in its certificate.

/** Object identifier of the extension; its value is JSON `{"attrs":{name: text}}`, raw bytes. */
export const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';
