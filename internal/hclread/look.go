package hclread

// All returns the blocks inside, of every type, in order.
func (b *Block) All() []*Block { return append([]*Block(nil), b.blocks...) }

// Bilinguals names the attributes that the schema wants in both languages.
func (b *Block) Bilinguals() (names []string) {
	for _, a := range b.schema.Attributes {
		if a.Kind == Bilingual {
			names = append(names, a.Name)
		}
	}
	return names
}

// May says whether the schema has an attribute or a block of that name here.
func (b *Block) May(name string) bool {
	return b.schema.attribute(name) != nil || b.schema.block(name) != nil
}
